#pragma once

#include <cstddef>
#include <functional>

namespace tracker::core {

// Calls work(0) … work(count - 1), each once, on this thread and up to `threads` - 1 more that live
// as long as the call. `work` must not care which thread runs it. Of the exceptions thrown the
// first is thrown on; what is not begun by then stays undone.
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& work);

}  // namespace tracker::core
