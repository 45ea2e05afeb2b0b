#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/ids.hpp"

// Open dashboards: WebSockets that each watch one of the runs and read what comes. One thread.
namespace tracker::bench {

class Tabs {
 public:
  // `url`: of the server. Connects `count` tabs, tab i to run i modulo their number, and returns
  // when all have been greeted. Throws std::runtime_error when they are not within a minute.
  Tabs(const std::string& url, const std::vector<core::RunId>& runs, std::size_t count);
  ~Tabs();

  std::uint64_t messages() const noexcept;  // received by all
  std::uint64_t bytes() const noexcept;
  std::uint64_t resyncs() const noexcept;
  std::size_t lost() const noexcept;  // tabs whose connection ended

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::bench
