#pragma once

#include <functional>
#include <string>
#include <vector>

#include "metrics/writer.hpp"

// What GET /metrics answers: the tables of the server's parts, one after the other. The composition
// root fills it; after that any thread may ask for the text.
namespace tracker::metrics {

class Registry {
 public:
  // Writes whole families; each family by one table only. Must not throw, and not block for long.
  using Table = std::function<void(Writer&)>;

  // Before anybody asks for text().
  void add(Table table) { tables_.push_back(std::move(table)); }
  std::string text() const;

 private:
  std::vector<Table> tables_;
};

// tracker_build_info.
void write_build(Writer& out, std::string_view version);
// process_…: memory, processor time, descriptors, threads, start, as Prometheus' own clients name
// them. What /proc does not tell is left out.
void write_process(Writer& out);

}  // namespace tracker::metrics
