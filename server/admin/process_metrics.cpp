#include "admin/process_metrics.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace webhookd {

namespace {

// The fields of /proc/self/stat from the third on: the second, the name, may hold spaces.
std::vector<std::string> stat_fields()
{
    std::ifstream in{"/proc/self/stat"};
    std::string text;
    std::getline(in, text);
    std::vector<std::string> out;
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos)
        return out;
    std::istringstream rest{text.substr(name_end + 1)};
    for (std::string field; rest >> field;)
        out.push_back(field);
    return out;
}

double boot_time()
{
    std::ifstream in{"/proc/stat"};
    for (std::string word; in >> word;) {
        double seconds = 0;
        if (word == "btime" && in >> seconds)
            return seconds;
    }
    return 0;
}

std::uint64_t open_files()
{
    std::error_code ec;
    std::uint64_t count = 0;
    std::filesystem::directory_iterator at{"/proc/self/fd", ec};
    for (; !ec && at != std::filesystem::directory_iterator{}; at.increment(ec))
        ++count;
    return count == 0 ? 0 : count - 1;  // less the one that lists them
}

}  // namespace

void add_process_metrics(families::all& out)
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    families::add(
        families::counter(out, "process_cpu_seconds_total", "CPU time, user and system"),
        seconds(used.ru_utime) + seconds(used.ru_stime)
    );
    families::add(families::gauge(out, "process_open_fds", "Open file descriptors"), open_files());
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    families::add(
        families::gauge(out, "process_max_fds", "Most open file descriptors allowed"),
        static_cast<std::uint64_t>(files.rlim_cur)
    );
    const auto fields = stat_fields();  // proc(5): numbers less 3
    if (fields.size() < 22)
        return;
    families::add(
        families::gauge(out, "process_virtual_memory_bytes", "Virtual memory"),
        std::stod(fields[20])
    );
    families::add(
        families::gauge(out, "process_resident_memory_bytes", "Resident memory"),
        std::stod(fields[21]) * static_cast<double>(sysconf(_SC_PAGESIZE))
    );
    families::add(families::gauge(out, "process_threads", "Threads"), std::stod(fields[17]));
    families::add(
        families::gauge(out, "process_start_time_seconds", "When it started, Unix time"),
        boot_time() + std::stod(fields[19]) / static_cast<double>(sysconf(_SC_CLK_TCK))
    );
}

}  // namespace webhookd
