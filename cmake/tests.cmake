# tracker_add_test(NAME SOURCES... LIBRARIES... [LABEL unit|pg|e2e] [TIMEOUT seconds] [SHARDS n]
#                  [HEADERS test_headers|torch_test_headers])
# One test program; its suffix says what it needs: _test nothing, _pgtest PostgreSQL, _e2etest the whole system. Targets
# unit_tests and pg_tests build all tests of that label, fault_tests those of the whole system with faults (label fault).
# HEADERS is the set of precompiled headers; programs that link libtorch need its own, have the label torch too, and are not
# in torch_free_unit_tests. SHARDS makes n tests of ctest of a long program's cases, which may run side by side.

add_custom_target(unit_tests)
add_custom_target(torch_free_unit_tests)
add_custom_target(pg_tests)
add_custom_target(fault_tests)

configure_file("${CMAKE_SOURCE_DIR}/tests/support/directories.hpp.in" "${CMAKE_BINARY_DIR}/generated/support/directories.hpp")
add_library(test_directories INTERFACE)
target_include_directories(test_directories INTERFACE "${CMAKE_BINARY_DIR}/generated")

# tracker_test_paths(NAME MACRO PATH...)
# Paths of programs and libraries that the test program NAME starts or loads: its "support/NAME_paths.hpp" defines each MACRO
# as its PATH (generator expressions will do). A header for the reason that support/directories.hpp has; one for each
# program, so that only the sources that include it are compiled again where a path is another.
function(tracker_test_paths name)
  set(_content "#pragma once\n\n")
  while(ARGN)
    list(POP_FRONT ARGN _macro _path)
    string(APPEND _content "#define ${_macro} \"${_path}\"\n")
  endwhile()
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/generated/support/${name}_paths.hpp" CONTENT "${_content}")
endfunction()

# Most of a test's compile time is headers, and the optimiser at work on assertions: so what tests include is parsed
# once, and they are compiled at -O1 in Release. Every program that shares precompiled headers needs the same flags.
function(tracker_precompile_for_tests name)
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/${name}.cpp" CONTENT "int main() {}\n")
  add_executable(${name} EXCLUDE_FROM_ALL "${CMAKE_BINARY_DIR}/${name}.cpp")
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gtest GTest::gmock nlohmann_json::nlohmann_json)
  target_compile_options(${name} PRIVATE ${_test_options})
  target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
endfunction()
set(_test_options -pthread $<$<CONFIG:Release>:-O1>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND _test_options -fpch-preprocess)  # what is precompiled is then seen by ccache, which knows it in another clone
endif()
tracker_precompile_for_tests(test_headers)
if(TRACKER_BUILD_TRAINER)
  tracker_precompile_for_tests(torch_test_headers torch::torch)
  target_precompile_headers(torch_test_headers PRIVATE <ATen/ATen.h> <torch/csrc/autograd/autograd.h>)
endif()

function(tracker_add_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT;SHARDS;HEADERS" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_HEADERS)
    set(ARG_HEADERS test_headers)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_SHARDS)
    set(ARG_SHARDS 1)
  endif()
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")  # what they put in is slow, and not optimised
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} test_directories GTest::gtest_main GTest::gmock tracker::options)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_compile_options(${name} PRIVATE ${_test_options})
  target_precompile_headers(${name} REUSE_FROM ${ARG_HEADERS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  if(TARGET ${ARG_LABEL}_tests)
    add_dependencies(${ARG_LABEL}_tests ${name})
  endif()
  if(ARG_HEADERS STREQUAL torch_test_headers)
    list(APPEND ARG_LABEL torch)
  elseif(ARG_LABEL STREQUAL unit)
    add_dependencies(torch_free_unit_tests ${name})
  endif()
  # A program is one test of ctest, not each of its cases: loading libtorch or making a PostgreSQL cluster for every one of
  # some two thousand cases takes longer than the cases. What may take longest starts first.
  foreach(_shard RANGE 1 ${ARG_SHARDS})
    set(_test ${name})
    if(ARG_SHARDS GREATER 1)
      string(APPEND _test ".${_shard}")
    endif()
    math(EXPR _index "${_shard} - 1")
    add_test(NAME ${_test} COMMAND ${name})
    set_tests_properties(${_test} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${_index}")
  endforeach()
endfunction()
