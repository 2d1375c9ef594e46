#pragma once

#include "store/settings.hpp"
#include "store/sqlite/database.hpp"

/// The tables, and why they are as they are: README.md beside this file.
namespace webhookd::sqlite {

/// Written to `user_version`. A store of an older version is migrated at start, one of a newer
/// version is refused.
inline constexpr int schema_version = 1;

/// `application_id` of the file: "CWHD".
inline constexpr int application_id = 0x43574844;

/// Makes the tables of a new store, or checks that `db` is a store of ours, and sets the
/// connection up for writing.
/// @error store_corrupt, with a line in the log that says why.
error_code prepare_for_writing(database& db, const store_settings& settings);

/// Sets a connection up for reading.
/// @error store_corrupt
error_code prepare_for_reading(database& db);

}  // namespace webhookd::sqlite
