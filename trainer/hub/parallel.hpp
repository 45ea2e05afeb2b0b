#pragma once

#include <cstddef>
#include <functional>

namespace trainer::hub {

// Calls work(0) … work(count - 1) from up to `threads` threads and waits for all of them. The first
// exception ends what has not begun yet and is thrown here.
void for_each_parallel(std::size_t count, std::size_t threads,
                       const std::function<void(std::size_t)>& work);

}  // namespace trainer::hub
