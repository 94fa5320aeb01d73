#pragma once

#include <boost/json/fwd.hpp>

namespace kaito::json {

/// The one DOM. Sources that look inside include <boost/json/value.hpp> (or object.hpp, array.hpp).
using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

}  // namespace kaito::json
