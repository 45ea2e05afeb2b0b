#include <cstdlib>
#include <string_view>

#include "nn/kernels/cpu/kernels.hpp"

namespace trainer::nn::cpu {

#ifdef TRAINER_X86
namespace avx512 {
extern const Kernels kTable;
}
namespace avx2 {
extern const Kernels kTable;
}
#endif
namespace baseline {
extern const Kernels kTable;
}

namespace {

const Kernels& choose() {
#ifdef TRAINER_X86
  const char* wanted = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string_view limit = wanted ? wanted : "avx512";
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (has_avx512 && limit != "avx2" && limit != "default") return avx512::kTable;
  if (has_avx2 && limit != "default") return avx2::kTable;
#endif
  return baseline::kTable;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& table = choose();
  return table;
}

}  // namespace trainer::nn::cpu
