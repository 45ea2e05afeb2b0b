# libtorch by path, as imported target torch::torch. find_package(Torch) is avoided on purpose: it drags in
# Caffe2's CMake with its MKL and CUDA look-ups. TORCH_ROOT is the folder that holds include/ and lib/: the
# `torch` folder of a wheel, or an unpacked libtorch archive; CPU and CUDA builds have the same layout.
if(NOT TRACKER_BUILD_TRAINER)
  return()
endif()
set(TORCH_ROOT "" CACHE PATH "folder of libtorch (include/ and lib/)")
if(NOT EXISTS "${TORCH_ROOT}/lib/libtorch.so")
  message(FATAL_ERROR "TORCH_ROOT='${TORCH_ROOT}' has no lib/libtorch.so: run scripts/setup, or pass "
                      "-DTORCH_ROOT=/path/to/libtorch, or -DTRACKER_BUILD_TRAINER=OFF")
endif()
add_library(torch_torch INTERFACE)
add_library(torch::torch ALIAS torch_torch)
# -idirafter, not -I or -isystem: the wheel carries old copies of protobuf and fmt that would shadow the system's.
target_compile_options(torch_torch INTERFACE
  "SHELL:-idirafter ${TORCH_ROOT}/include"
  "SHELL:-idirafter ${TORCH_ROOT}/include/torch/csrc/api/include")
target_compile_definitions(torch_torch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
target_link_options(torch_torch INTERFACE "LINKER:-rpath,${TORCH_ROOT}/lib")
set(_torch_libs "${TORCH_ROOT}/lib/libtorch.so" "${TORCH_ROOT}/lib/libtorch_cpu.so" "${TORCH_ROOT}/lib/libc10.so")
if(EXISTS "${TORCH_ROOT}/lib/libtorch_cuda.so")
  list(APPEND _torch_libs "${TORCH_ROOT}/lib/libtorch_cuda.so" "${TORCH_ROOT}/lib/libc10_cuda.so")
endif()
# Nothing refers to libtorch_cuda by symbol; its static registration must still run.
target_link_libraries(torch_torch INTERFACE -Wl,--no-as-needed ${_torch_libs} -Wl,--as-needed)
