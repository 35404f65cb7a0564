# Compiler settings as INTERFACE targets: every target of ours links them, no third-party target does.
add_library(gatepost_settings INTERFACE)
target_compile_features(gatepost_settings INTERFACE cxx_std_20)
target_include_directories(gatepost_settings INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  # As on amd64: char has a sign, and a product and a sum are rounded one after the other. The same evidence, the same bytes.
  target_compile_options(gatepost_settings INTERFACE -fsigned-char -ffp-contract=off)
endif()

add_library(gatepost_warnings INTERFACE)
target_compile_options(
  gatepost_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                              -Woverloaded-virtual -Wold-style-cast -Wcast-qual -Wformat=2 -Wimplicit-fallthrough
                              -Wmissing-declarations -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies in its own std::string when it optimises (GCC bug 105651).
  target_compile_options(gatepost_warnings INTERFACE -Wno-restrict)
endif()
if(GATEPOST_WARNINGS_AS_ERRORS)
  target_compile_options(gatepost_warnings INTERFACE -Werror)
endif()

add_library(gatepost_hardening INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT GATEPOST_SANITIZE)
  # The same binary whatever the directory it is built in.
  target_compile_options(gatepost_hardening INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
  target_compile_options(gatepost_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  target_link_options(gatepost_hardening INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_link_options(gatepost_hardening INTERFACE -pie)
endif()

if(GATEPOST_SANITIZE)
  add_compile_options(-fsanitize=${GATEPOST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GATEPOST_SANITIZE})
endif()
if(GATEPOST_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
if(GATEPOST_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "the fuzz preset needs clang; ./dev fuzz installs and selects it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
