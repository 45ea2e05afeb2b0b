#pragma once

namespace tracker {

// Hears of fork() in the child, before fork() returns there. Only the forking thread exists then:
// forked() may store flags and pointers, not take locks of ours or allocate.
class ForkListener {
 public:
  ForkListener() = default;
  ForkListener(const ForkListener&) = delete;
  ForkListener& operator=(const ForkListener&) = delete;
  virtual ~ForkListener() = default;
  virtual void forked() noexcept = 0;

 protected:
  // listen() at the end of the constructor, unlisten() at the beginning of the destructor.
  void listen();
  void unlisten() noexcept;
};

}  // namespace tracker
