// What a request costs the CPU in the provider and the renderer: nanoseconds per verify, parse,
// render and line of each sample payload, in the compact form in which they are sent.
// Usage: parse_bench PAYLOADS_FOLDER [MILLISECONDS_EACH]

#include "event/correlated.hpp"
#include "event/event.hpp"
#include "event/one_line.hpp"
#include "providers/provider.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

using steady = std::chrono::steady_clock;

const endpoint here{"/webhooks/connectly", "connectly", "default"};

struct sample {
    std::string name, body, signature;
};

std::vector<sample> read_samples(const std::filesystem::path& folder, const provider& from)
{
    std::vector<sample> out;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        sample s;
        s.name = entry.path().stem().string();
        append_minified(s.body, text);
        s.signature = from.sign(secret_value{"s3cr3t-one"}, s.body, {})[0];
        out.push_back(std::move(s));
    }
    std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.name < b.name; });
    return out;
}

receipt receipt_of(const std::string& body)
{
    receipt r;
    r.memory = block{body.size()};
    std::memcpy(r.memory.data(), body.data(), body.size());
    r.body = {r.memory.data(), body.size()};
    r.to = &here;
    r.received = now();
    return r;
}

// The least of several rounds: what else the machine does only ever adds.
template <class Work>
double nanoseconds(std::chrono::milliseconds each, Work work)
{
    double least = 1e12;
    const auto until = steady::now() + each;
    while (steady::now() < until) {
        constexpr int times = 200;
        const auto begin = steady::now();
        for (int i = 0; i < times; ++i)
            work();
        const std::chrono::duration<double, std::nano> took = steady::now() - begin;
        least = std::min(least, took.count() / times);
    }
    return least;
}

void measure(provider_worker& worker, const sample& s, std::chrono::milliseconds each)
{
    const provider_header_values headers{s.signature};
    const timestamp at = now();
    const double verify = nanoseconds(each, [&] {
        if (worker.verify(headers, s.body, at).refusal)
            std::abort();
    });

    receipt r = receipt_of(s.body);
    const double empty = nanoseconds(each, [&] {
        receipt again;
        again.to = r.to;
        again.body = r.body;
        asm volatile("" : : "r"(&again) : "memory");
    });
    const double parse = nanoseconds(each, [&] {
        receipt again;
        again.to = r.to;
        again.body = r.body;
        worker.parse(again);
    });
    worker.parse(r);

    correlated c;
    c.callback_data_json = r.callback_data_json;
    c.campaign = r.campaign;
    event e;
    const double render = nanoseconds(each, [&] { e.head = render_head(r, c, 184467, at); });
    e.form = r.form;
    e.body = r.body;
    std::string out;
    const double line = nanoseconds(each, [&] {
        out.clear();
        append_line(out, e);
    });
    std::printf(
        "%-60s %5zu B %7.0f %7.0f %7.0f %7.0f\n",
        s.name.c_str(),
        s.body.size(),
        verify,
        parse - empty,
        render,
        line
    );
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s PAYLOADS_FOLDER [MILLISECONDS_EACH]\n", argv[0]);
        return 64;
    }
    const std::chrono::milliseconds each{argc > 2 ? std::atoi(argv[2]) : 50};
    const provider& connectly = *find_provider("connectly");
    const auto worker = connectly.make_worker({{"current", secret_value{"s3cr3t-one"}, {}}});
    std::printf("%-60s %7s %7s %7s %7s %7s\n", "ns", "", "verify", "parse", "render", "line");
    for (const sample& s : read_samples(argv[1], connectly))
        measure(*worker, s, each);
    return 0;
}
