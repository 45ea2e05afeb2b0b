#pragma once

#include <utility>

namespace trainer::train {

// To be called in a catch block: throws Error(kMemory), which says what to lower, when what is
// handled says that memory could not be had, as libtorch and the standard library each say it in
// their own way; else throws that on.
[[noreturn]] void rethrow_told();

// What `work` returns.
template <class Work>
auto telling_of_memory(Work&& work) -> decltype(std::forward<Work>(work)()) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    rethrow_told();
  }
}

}  // namespace trainer::train
