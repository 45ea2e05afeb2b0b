# tracker_add_test(NAME SOURCES... LIBRARIES... [LABEL unit|torch|pg|e2e])
# One test program; its suffix says what it needs: _test nothing, _pgtest PostgreSQL, _e2etest the whole system. The
# label `torch` is a unit test that links libtorch. Targets unit_tests and pg_tests build all tests of that label,
# fault_tests those of the whole system with faults.
include(GoogleTest)

add_custom_target(unit_tests)
add_custom_target(pg_tests)
add_custom_target(fault_tests)

function(tracker_add_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")  # what they put in is slow, and not optimised
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} GTest::gtest_main GTest::gmock tracker::options)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_compile_definitions(${name} PRIVATE
    TRACKER_SOURCE_DIR="${CMAKE_SOURCE_DIR}" TRACKER_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(TARGET ${ARG_LABEL}_tests)
    add_dependencies(${ARG_LABEL}_tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()
