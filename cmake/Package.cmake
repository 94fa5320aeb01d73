# Installation: the command, and the library as a CMake package (find_package(kaito)).
include(GNUInstallDirs)
