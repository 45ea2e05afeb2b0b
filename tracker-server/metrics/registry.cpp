#include "metrics/registry.hpp"

namespace tracker::metrics {

std::string Registry::text() const {
  Writer out;
  for (const auto& table : tables_) table(out);
  return out.text();
}

}  // namespace tracker::metrics
