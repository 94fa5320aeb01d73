// Error answers: whatever the server, a proxy or a login page says becomes a typed error of a
// bounded length.

#include "kaito/k8s/status.hpp"

#include <array>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "target.hpp"

using namespace kaito;
using fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array kMethods{"GET", "POST", "PUT", "PATCH", "DELETE"};
  static constexpr std::array kTypes{"application/json",
                                     "text/plain; charset=utf-8",
                                     "text/html",
                                     "",
                                     "application/merge-patch+json",
                                     "image/png"};
  if (size < 3) return 0;
  const int code = 300 + data[0];
  const std::string_view body = fuzz::text_of(data + 3, size - 3);
  const Error error = k8s::error_of_answer("getting it", kMethods[data[1] % kMethods.size()], code,
                                           kTypes[data[2] % kTypes.size()], body);
  hold(error.message.size() > 12, "an error says what was done and why");
  hold(error.message.size() < 4096, "a message of a bounded length");
  const k8s::Status* status = k8s::status_of(error);
  hold(status != nullptr && !status->success, "there is a failure behind it");
  const auto again = k8s::read_status(k8s::status_json(*status));
  hold(again.has_value() && again->message == status->message &&
           again->causes.size() == status->causes.size(),
       "a Status reads back");
  return 0;
}
