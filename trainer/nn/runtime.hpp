#pragma once

#include <cstdint>
#include <string>

#include "nn/parameter_set.hpp"

// Facts and settings of this process that decide speed, not results.
namespace trainer::nn {

// Keeps freed memory in the process: a training step allocates and frees the same gigabytes every
// time, and handing them to the kernel costs a third of the step in page faults. To be called
// before any tensor is made.
void keep_memory();

// Makes libtorch's idle threads give their core away after a few microseconds instead of spinning
// for milliseconds: with a server or another job on the same cores that is two to three times the
// speed, and alone on them it costs nothing measurable. OpenMP reads the setting when the process
// starts, so this executes the program again, once, with GOMP_SPINCOUNT set: the very file that
// runs
// (/proc/self/exe, whatever argv[0] says) with the same arguments. It does nothing when
// GOMP_SPINCOUNT or OMP_WAIT_POLICY is set, be it to nothing, and goes on if it cannot. First thing
// in main(): whatever the process did before, it does twice.
void wait_politely(char** argv);

// Whether bf16 products are faster than fp32's here: the processor has AMX or AVX512-BF16, libtorch
// carries them, and a product of each, timed once in a process (some 50 ms), says so. Some
// processors with AVX512-BF16 take three times as long as in fp32. Any thread.
bool bf16_is_fast();

// "float32", "bfloat16".
const char* name_of(Compute compute) noexcept;

// "auto" by the hardware, "float32", "bfloat16". Throws Error(kUsage) for another name.
Compute compute_from_name(const std::string& name);

// Seeds libtorch's default generator, from which missing weights are drawn.
void set_seed(std::uint64_t seed);

}  // namespace trainer::nn
