# Compiler settings shared by every target of ours; link with tracker::options.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # A clean clone in another folder hits the same cache: paths are made relative to the source.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

set_property(GLOBAL PROPERTY JOB_POOLS torch=2 link=2)
set(CMAKE_JOB_POOL_LINK link)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105329: std::string concatenation inlined at -O2 is reported as overlapping copies.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()

add_library(tracker_options INTERFACE)
add_library(tracker::options ALIAS tracker_options)
target_compile_options(tracker_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)
if(TRACKER_WERROR)
  target_compile_options(tracker_options INTERFACE -Werror)
endif()

# In a unity build a file's anonymous namespace is seen by the files behind it: a name of its own that a local one hides
# there is no mistake, and neither is a type of it in a class that no header declares. The dev preset has both warnings.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(_torch_unity_options -Wno-subobject-linkage)
  target_compile_options(tracker_options INTERFACE -Wno-shadow -Wshadow=local -Wno-subobject-linkage)
endif()

# Torch's own headers do not survive -Wshadow and -Wconversion in templates we instantiate.
add_library(tracker_torch_options INTERFACE)
add_library(tracker::torch_options ALIAS tracker_torch_options)
target_compile_options(tracker_torch_options INTERFACE -Wall -Wextra ${_torch_unity_options})
if(TRACKER_WERROR)
  target_compile_options(tracker_torch_options INTERFACE -Werror)
endif()
