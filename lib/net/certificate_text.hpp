#pragma once

#include <string>
#include <vector>

#include "kaito/net/certificate.hpp"
#include "net/openssl_handles.hpp"

namespace kaito::net {

/// For messages; control characters escaped, since these come from the peer.
[[nodiscard]] std::string name_text(const X509_NAME* name);    ///< "CN=kubernetes,O=x"
[[nodiscard]] std::string time_text(const ASN1_TIME* moment);  ///< RFC 3339, or "?"
[[nodiscard]] std::vector<std::string> alternative_names(const X509& certificate);

/// Not for messages: as it is in the certificate. Of several common names the last one counts.
[[nodiscard]] CertificateSubject subject_of(const X509& certificate);

}  // namespace kaito::net
