# What the preset "coverage" links into every program and library: see coverage_dump.c.
set(coverage_dump ${CMAKE_BINARY_DIR}/coverage_dump.o)
execute_process(
  COMMAND ${CMAKE_C_COMPILER} -g -fPIC -c ${CMAKE_SOURCE_DIR}/tests/check/coverage_dump.c -o ${coverage_dump}
  COMMAND_ERROR_IS_FATAL ANY)
add_link_options(--coverage ${coverage_dump} -Wl,--wrap=_exit)
