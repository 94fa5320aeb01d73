# Installation: the command, and the library as a CMake package. A user of it writes
#   find_package(kaito REQUIRED)
#   target_link_libraries(program PRIVATE kaito::kube)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(KAITO_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/kaito")
set(libraries)
foreach(row IN LISTS KAITO_COMPONENTS)
  string(REGEX MATCH "^[a-z0-9]+" component "${row}")
  list(APPEND libraries kaito_${component})
endforeach()

install(TARGETS kaitoctl RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS ${libraries} EXPORT kaitoTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/kaito" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT kaitoTargets NAMESPACE kaito:: DESTINATION "${KAITO_PACKAGE_DIR}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/kaitoConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/kaitoConfig.cmake" INSTALL_DESTINATION "${KAITO_PACKAGE_DIR}")
# Below 1.0 a minor release may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/kaitoConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/kaitoConfig.cmake" "${PROJECT_BINARY_DIR}/kaitoConfigVersion.cmake"
  DESTINATION "${KAITO_PACKAGE_DIR}")
