# Install rules: header, libraries, find_package(usdt-dyn) and pkg-config.
include(CMakePackageConfigHelpers)

install(FILES ${PROJECT_SOURCE_DIR}/include/usdt-dyn.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS usdt-dyn usdt-dyn-static EXPORT usdt-dyn-targets)

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/usdt-dyn)
install(EXPORT usdt-dyn-targets NAMESPACE usdt-dyn:: DESTINATION ${cmake_dir})
configure_package_config_file(packaging/usdt-dyn-config.cmake.in usdt-dyn-config.cmake
  INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(usdt-dyn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/usdt-dyn-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/usdt-dyn-config-version.cmake
  DESTINATION ${cmake_dir})

# pkg-config finds the prefix from where the .pc file lies, so that an installed tree can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE pc_prefix)
cmake_path(APPEND pc_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND pc_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
set(pc_private "")
foreach(library IN LISTS needed_libraries)
  string(APPEND pc_private " -l${library}")
endforeach()
configure_file(packaging/usdt-dyn.pc.in usdt-dyn.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/usdt-dyn.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
