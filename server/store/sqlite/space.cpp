#include "store/sqlite/space.hpp"

namespace webhookd::sqlite {

space::space(database& in)
    : database_{in},
      page_count_{in, "PRAGMA page_count"},
      free_count_{in, "PRAGMA freelist_count"},
      page_size_{static_cast<std::uint64_t>(in.number("PRAGMA page_size").value_or(4096))}
{
    sqlite3_wal_hook(
        in.handle(),
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<space*>(self)->log_pages_ = static_cast<std::uint64_t>(pages);
            return SQLITE_OK;
        },
        this
    );
}

space::~space()
{
    sqlite3_wal_hook(database_.handle(), nullptr, nullptr);
}

std::uint64_t space::used()
{
    const reset_at_exit reset_pages{page_count_}, reset_free{free_count_};
    page_count_.step();
    free_count_.step();
    return (page_count_.number(0) - free_count_.number(0) + log_pages_) * page_size_;
}

void space::checkpoint()
{
    int in_log = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied
    );
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        database_.fail("checkpoint");
    if (in_log == copied)
        log_pages_ = 0;
}

}  // namespace webhookd::sqlite
