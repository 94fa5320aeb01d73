# The headers that most sources include, compiled once for all components that see JSON, and for the programs and tests
# on top of them: two thirds of a source's compile time were theirs. A source still includes what it uses; configure with
# -DKAITO_PCH=OFF to see that it does.
option(KAITO_PCH "Precompile the headers that most sources include" ON)

file(WRITE "${PROJECT_BINARY_DIR}/precompiled/empty.cpp" "")
add_library(kaito_headers STATIC "${PROJECT_BINARY_DIR}/precompiled/empty.cpp")
target_link_libraries(kaito_headers PRIVATE kaito_flags Boost::json tl::expected ${KAITO_FMT})
if(KAITO_PCH)
  target_precompile_headers(kaito_headers PRIVATE
    <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <variant> <vector>
    <boost/json/array.hpp> <boost/json/object.hpp> <boost/json/value.hpp>
    <fmt/format.h> <tl/expected.hpp>)
endif()

# kaito_precompiled(<target>): builds it with those headers. Only for targets that link Boost.JSON and fmt: a precompiled
# header is good only under the macros it was made with.
function(kaito_precompiled target)
  if(KAITO_PCH)
    target_precompile_headers(${target} REUSE_FROM kaito_headers)
  endif()
endfunction()
