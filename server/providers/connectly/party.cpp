#include "providers/connectly/party.hpp"

namespace webhookd::connectly {

namespace {

// E.164 with or without its +; a BSUID begins with letters.
bool is_phone_number(std::string_view id)
{
    if (id.starts_with('+'))
        id.remove_prefix(1);
    return !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos;
}

void read_party(reading& in, const party_nodes& from, party& to)
{
    to.id = in.text(from.id);
    to.id_json = in.string_json(from.id);
    to.name_json = in.string_json(from.name);
}

}  // namespace

void read_business(reading& in, const party_nodes& from)
{
    read_party(in, from, in.r.business);
}

void read_customer(reading& in, const party_nodes& from)
{
    party& to = in.r.customer;
    read_party(in, from, to);
    to.user_id = in.text(from.user_id);
    to.user_id_json = to.user_id.empty() ? std::string_view{} : in.string_json(from.user_id);
    to.phone_number = in.text(from.phone_number);
    to.phone_number_json =
        to.phone_number.empty() ? std::string_view{} : in.string_json(from.phone_number);
    if (to.phone_number.empty() && is_phone_number(to.id)) {
        to.phone_number = to.id;
        to.phone_number_json = to.id_json;
    }
}

}  // namespace webhookd::connectly
