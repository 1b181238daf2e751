# Install rules: headers, libraries, find_package(usdt-dyn), pkg-config and the manual of the interface.
include(CMakePackageConfigHelpers)

install(FILES ${PROJECT_SOURCE_DIR}/include/usdt-dyn.h ${PROJECT_SOURCE_DIR}/include/usdt-dyn.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
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

# A folder of their own, made anew: none is left of a function that is gone. The overview stands for
# all of them.
find_program(awk NAMES awk)
if(awk)
  set(man3 ${CMAKE_CURRENT_BINARY_DIR}/man3)
  add_custom_command(OUTPUT ${man3}/libusdt-dyn.3
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${man3}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${man3}
    COMMAND ${awk} -v folder=${man3} -f ${CMAKE_CURRENT_SOURCE_DIR}/packaging/man3.awk
      ${PROJECT_SOURCE_DIR}/include/usdt-dyn.h
    DEPENDS ${PROJECT_SOURCE_DIR}/include/usdt-dyn.h packaging/man3.awk
    VERBATIM)
  add_custom_target(usdt-dyn-man3 ALL DEPENDS ${man3}/libusdt-dyn.3)
  install(DIRECTORY ${man3}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
else()
  message(STATUS "awk is missing: no manual pages of the interface")
endif()
