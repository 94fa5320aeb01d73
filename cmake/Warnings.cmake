# Flags that every target of ours is built with; consumers of the installed package do not inherit them.
add_library(kaito_flags INTERFACE)
target_compile_options(kaito_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping copies in `"text" + std::string` when it optimises (GCC bug 105651).
  target_compile_options(kaito_flags INTERFACE -Wno-restrict)
endif()
if(KAITO_SANITIZE STREQUAL "address")
  target_compile_options(kaito_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(kaito_flags INTERFACE -fsanitize=address,undefined)
elseif(KAITO_SANITIZE STREQUAL "thread")
  target_compile_options(kaito_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(kaito_flags INTERFACE -fsanitize=thread)
elseif(NOT KAITO_SANITIZE STREQUAL "")
  message(FATAL_ERROR "KAITO_SANITIZE is '${KAITO_SANITIZE}': use address, thread or nothing")
endif()
