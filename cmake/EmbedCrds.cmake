# The CRDs of lib/sandbox/crds compiled into kaito_sandbox as text. Run as a script (cmake -DOUTPUT=... -DFOLDER=... -P)
# it writes the source file; included, it adds the build step that runs it.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB files "${FOLDER}/*.yaml")
  list(SORT files)
  set(source "#include \"sandbox/apiserver/crd.hpp\"\n\nnamespace kaito::sandbox {\n\nstd::vector<std::string_view> embedded_crds() {\n  return {\n")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(APPEND source "      R\"crd(${text})crd\",\n")
  endforeach()
  string(APPEND source "  };\n}\n\n}  // namespace kaito::sandbox\n")
  file(WRITE "${OUTPUT}" "${source}")
  return()
endif()

file(GLOB KAITO_CRD_FILES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/sandbox/crds/*.yaml")
set(KAITO_CRD_SOURCE "${PROJECT_BINARY_DIR}/sandbox/crd_texts.cpp")
add_custom_command(
  OUTPUT "${KAITO_CRD_SOURCE}"
  COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${KAITO_CRD_SOURCE}" "-DFOLDER=${PROJECT_SOURCE_DIR}/lib/sandbox/crds"
          -P "${CMAKE_CURRENT_LIST_FILE}"
  DEPENDS ${KAITO_CRD_FILES} "${CMAKE_CURRENT_LIST_FILE}"
  COMMENT "Embedding the sandbox's CRDs"
  VERBATIM)
target_sources(kaito_sandbox PRIVATE "${KAITO_CRD_SOURCE}")
