# Arrow and Parquet C++ from the pyarrow wheel (Debian 12 has no Arrow package), as imported target arrow::parquet.
# ARROW_ROOT is the wheel's `pyarrow` folder, or an Arrow install whose include/ and libraries lie in one folder.
if(NOT TRACKER_BUILD_TRAINER)
  return()
endif()
set(ARROW_ROOT "" CACHE PATH "folder of pyarrow (include/ and libarrow.so.*)")
file(GLOB _arrow_lib "${ARROW_ROOT}/libarrow.so.*")
file(GLOB _parquet_lib "${ARROW_ROOT}/libparquet.so.*")
if(NOT _arrow_lib OR NOT _parquet_lib)
  message(FATAL_ERROR "ARROW_ROOT='${ARROW_ROOT}' has no libarrow.so and libparquet.so: run scripts/setup, or "
                      "pass -DARROW_ROOT=/path/to/pyarrow, or -DTRACKER_BUILD_TRAINER=OFF")
endif()
add_library(arrow_parquet INTERFACE)
add_library(arrow::parquet ALIAS arrow_parquet)
target_include_directories(arrow_parquet SYSTEM INTERFACE "${ARROW_ROOT}/include")
target_link_libraries(arrow_parquet INTERFACE ${_parquet_lib} ${_arrow_lib})
target_link_options(arrow_parquet INTERFACE "LINKER:-rpath,${ARROW_ROOT}")
