# The arrows of the house: each component and what it may include and link, lowest first. The targets below and
# tests/lint/layers.py both read this table; nothing else is allowed.
set(KAITO_COMPONENTS
  "base:"
  "json: base"
  "k8s: base json"
  "catalog: base json"
  "api: base json k8s"
  "validate: base json k8s api catalog"
  "net: base"
  "chat: base json net"
  "kube: base json k8s net"
  "sandbox: base json k8s api catalog net"
  "ops: base json k8s catalog api validate net kube chat"
)

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
  set_target_properties(kaito_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(kaito_${name}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>"
    PRIVATE "${PROJECT_SOURCE_DIR}/lib")
  target_compile_features(kaito_${name} PUBLIC cxx_std_20)
  target_link_libraries(kaito_${name} PRIVATE "$<BUILD_INTERFACE:kaito_flags>" "$<BUILD_INTERFACE:${KAITO_FMT}>")
  foreach(dependency IN LISTS ARGN)
    target_link_libraries(kaito_${name} PUBLIC kaito::${dependency})
  endforeach()
endfunction()
