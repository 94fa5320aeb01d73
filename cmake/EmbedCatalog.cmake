# The catalogue of presets/ compiled into kaito_catalog: embed-catalog checks the files against their schemas and writes
# them as one source. A file that breaks its schema stops the build with its line.
file(GLOB KAITO_PRESET_FILES CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/presets/*.yaml" "${PROJECT_SOURCE_DIR}/presets/models/*.yaml"
  "${PROJECT_SOURCE_DIR}/presets/skus/*.yaml" "${PROJECT_SOURCE_DIR}/presets/schema/*.json")

add_executable(kaito_embed_catalog "${PROJECT_SOURCE_DIR}/tools/embed-catalog/main.cpp")
set_target_properties(kaito_embed_catalog PROPERTIES OUTPUT_NAME embed-catalog)
target_link_libraries(kaito_embed_catalog PRIVATE kaito::json kaito_flags ${KAITO_FMT})

set(KAITO_CATALOG_DATA "${PROJECT_BINARY_DIR}/catalog/catalog_data.cpp")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/catalog")
add_custom_command(
  OUTPUT "${KAITO_CATALOG_DATA}"
  COMMAND kaito_embed_catalog "${PROJECT_SOURCE_DIR}/presets" "${KAITO_CATALOG_DATA}"
  DEPENDS kaito_embed_catalog ${KAITO_PRESET_FILES}
  COMMENT "Checking and embedding presets/"
  VERBATIM)
target_sources(kaito_catalog PRIVATE "${KAITO_CATALOG_DATA}")
