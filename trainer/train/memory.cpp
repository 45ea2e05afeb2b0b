#include "train/memory.hpp"

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

#include "config/error.hpp"

namespace trainer::train {
namespace {

[[noreturn]] void tell() {
  throw Error(ErrorCode::kMemory,
              "not enough memory; lower --max-length, or --batch-size (which a resumed run keeps)");
}

}  // namespace

void rethrow_told() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    tell();
  } catch (const c10::Error& error) {
    // DefaultCPUAllocator's words; it has no type of its own.
    const std::string_view words = error.what_without_backtrace();
    if (words.find("can't allocate memory") == std::string_view::npos) throw;
    tell();
  }
}

}  // namespace trainer::train
