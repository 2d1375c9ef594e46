#pragma once

#include "providers/connectly/reading.hpp"

namespace webhookd::connectly {

void read_business(reading& in, const party_nodes& from);
void read_customer(reading& in, const party_nodes& from);

}  // namespace webhookd::connectly
