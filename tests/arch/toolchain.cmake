# Builds for another Linux processor with Debian's cross compiler and a sysroot of sysroot.sh.
# Wants -DUSDT_DYN_TEST_TRIPLET=riscv64-linux-gnu -DUSDT_DYN_TEST_SYSROOT=... -DUSDT_DYN_TEST_EMULATOR=...
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES
  USDT_DYN_TEST_TRIPLET USDT_DYN_TEST_SYSROOT USDT_DYN_TEST_EMULATOR)

string(REGEX MATCH "^[^-]+" processor "${USDT_DYN_TEST_TRIPLET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${processor})
set(CMAKE_LIBRARY_ARCHITECTURE ${USDT_DYN_TEST_TRIPLET})
set(CMAKE_C_COMPILER ${USDT_DYN_TEST_TRIPLET}-gcc)
set(CMAKE_SYSROOT ${USDT_DYN_TEST_SYSROOT})
set(CMAKE_CROSSCOMPILING_EMULATOR ${USDT_DYN_TEST_EMULATOR} -L ${USDT_DYN_TEST_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# The compiler has a libc of its own, of another release than the sysroot's, and prefers it.
set(libraries ${CMAKE_SYSROOT}/usr/lib/${USDT_DYN_TEST_TRIPLET})
set(includes ${CMAKE_SYSROOT}/usr/include)
set(CMAKE_C_FLAGS_INIT "-isystem ${includes}/${USDT_DYN_TEST_TRIPLET} -isystem ${includes}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-B${libraries} -L${libraries}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-B${libraries} -L${libraries}")
