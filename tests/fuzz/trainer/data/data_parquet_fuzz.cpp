#include "table_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trainer::data::check_table({data, size}, trainer::data::FileKind::kParquet);
  return 0;
}
