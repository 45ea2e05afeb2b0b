#pragma once

namespace tracker::test {

// Built with ASan or TSan. Their allocator (GCC 12) does not survive fork() of a process with
// several threads: the child hangs on a lock that a thread of its parent held. And they handle
// SIGSEGV themselves. Tests of either are skipped.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// TSan ends a process that starts threads after a fork, and takes the starting of a relay for one.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

}  // namespace tracker::test
