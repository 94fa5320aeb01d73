# The arrows of the house: each component and what it may include and link, lowest first. The targets below and
# tests/lint/layers.py both read this table; nothing else is allowed.
set(KAITO_COMPONENTS
  "base:"
  "json: base"
  "k8s: base json"
  "catalog: base json"
  "api: base json k8s"
  "plan: base json k8s api catalog"
  "validate: base json k8s api catalog plan"
  "render: base json k8s api catalog plan"
  "net: base"
  "chat: base json net"
  "kube: base json k8s net"
  "runtime: base json k8s kube"
  "sandbox: base json k8s api catalog plan render net"
  "ops: base json k8s catalog api plan validate render net kube chat"
)

# Those that see JSON, by name.
set(KAITO_JSON_COMPONENTS)
foreach(row IN LISTS KAITO_COMPONENTS)
  string(REGEX MATCH "^([a-z0-9]+):(.*)$" _ "${row}")
  if(CMAKE_MATCH_1 STREQUAL "json" OR CMAKE_MATCH_2 MATCHES " json( |$)")
    list(APPEND KAITO_JSON_COMPONENTS "${CMAKE_MATCH_1}")
  endif()
endforeach()

# kaito_component(<name> <dependency>...): libkaito's part <name> from lib/<name>/*.cpp, as target kaito::<name>.
# A component without sources has the alias, so that others can name it, but no target kaito_<name>.
function(kaito_component name)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/${name}/*.cpp" "${PROJECT_SOURCE_DIR}/lib/${name}/*/*.cpp")
  if(NOT sources)
    message(STATUS "component ${name} has no sources in lib/${name}: left empty")
    add_library(kaito_${name}_empty INTERFACE)
    add_library(kaito::${name} ALIAS kaito_${name}_empty)
    target_include_directories(kaito_${name}_empty INTERFACE "${PROJECT_SOURCE_DIR}/include")
    return()
  endif()
  add_library(kaito_${name} STATIC ${sources})
  add_library(kaito::${name} ALIAS kaito_${name})
  set_target_properties(kaito_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(kaito_${name}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>"
    PRIVATE "${PROJECT_SOURCE_DIR}/lib")
  target_compile_features(kaito_${name} PUBLIC cxx_std_20)
  target_link_libraries(kaito_${name} PRIVATE "$<BUILD_INTERFACE:kaito_flags>" ${KAITO_FMT})
  foreach(dependency IN LISTS ARGN)
    target_link_libraries(kaito_${name} PUBLIC kaito::${dependency})
  endforeach()
endfunction()
