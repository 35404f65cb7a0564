// URLs without what changes between two scans of the same application.
#pragma once

#include <string>
#include <string_view>

namespace gatepost::correlate {

// "https://shop.example/orders/4711?id=3&page=2" becomes "/orders/{id}?id&page": no scheme and host, no values, sorted
// parameter names, and {id} for segments that are numbers, UUIDs, hashes, dates or e-mail addresses.
std::string url_template(std::string_view url);

}  // namespace gatepost::correlate
