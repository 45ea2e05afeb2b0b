#include "nn/runtime.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "config/error.hpp"
#include "nn/blas.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace trainer::nn {

void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
}

void wait_politely(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  // Without the variable the program would start itself for ever.
  if (setenv("GOMP_SPINCOUNT", "2000", 1) != 0) return;
  execv(program.c_str(), argv);
}

namespace {

bool has_bf16_instructions() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx512f")) return false;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  const bool amx = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & (1U << 22)) != 0;
  const bool avx512_bf16 = __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1U << 5)) != 0;
  return amx || avx512_bf16;
#else
  return false;
#endif
}

// Of processor time: who else wants the cores must not decide.
double cost_of_product(const at::Tensor& a, const at::Tensor& b) {
  const std::clock_t begin = std::clock();
  at::mm(a, b);
  return static_cast<double>(std::clock() - begin);
}

// How many times as cheap as fp32 a product of a layer's size is in bf16, the best of some tries of
// each, in turn. Half a GFLOP: 2 to 10 ms.
double bf16_speed() {
  const at::Tensor a = at::ones({256, 1024});
  const at::Tensor b = at::ones({1024, 1024});
  const at::Tensor half_a = a.to(at::kBFloat16);
  const at::Tensor half_b = b.to(at::kBFloat16);
  double full = HUGE_VAL;
  double half = HUGE_VAL;
  for (int i = 0; i < 5; ++i) {
    full = std::min(full, cost_of_product(a, b));
    half = std::min(half, cost_of_product(half_a, half_b));
  }
  return full / half;
}

}  // namespace

bool bf16_is_fast() {
  constexpr double kWorthwhile = 1.2;
  static const bool is_fast =
      bf16_products_available() && has_bf16_instructions() && bf16_speed() >= kWorthwhile;
  return is_fast;
}

const char* name_of(Compute compute) noexcept {
  return compute == Compute::kBfloat16 ? "bfloat16" : "float32";
}

Compute compute_from_name(const std::string& name) {
  if (name == "float32") return Compute::kFloat32;
  if (name == "auto") return bf16_is_fast() ? Compute::kBfloat16 : Compute::kFloat32;
  if (name != "bfloat16") {
    throw Error(ErrorCode::kUsage,
                "--dtype '" + name + "' is not known: use auto, float32 or bfloat16");
  }
  if (!bf16_products_available()) {
    throw Error(ErrorCode::kUnsupported,
                "--dtype bfloat16 needs a libtorch with Intel MKL; use --dtype float32");
  }
  return Compute::kBfloat16;
}

void set_seed(std::uint64_t seed) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  generator.set_current_seed(seed);
}

}  // namespace trainer::nn
