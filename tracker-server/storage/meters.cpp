#include "storage/meters.hpp"

namespace tracker::storage {

Meters& meters() noexcept {
  static Meters instance;
  return instance;
}

void write_metrics(metrics::Writer& out) {
  using Type = metrics::Writer::Type;
  const Meters& all = meters();
  out.gauge("tracker_database_connections_max", "Most connections of one pool.",
            all.most_connections);
  out.family("tracker_database_connections", "Connections to PostgreSQL.", Type::kGauge);
  for (const auto& [pool, of] : {std::pair{"sql", &all.sql}, {"pg", &all.pg}}) {
    const auto open = of->open.value(), idle = of->idle.value();
    out.sample({{"pool", pool}, {"state", "busy"}}, static_cast<double>(open - idle));
    out.sample({{"pool", pool}, {"state", "idle"}}, static_cast<double>(idle));
  }
  out.family("tracker_database_wait_seconds",
             "How long those waited for a connection who found none free.", Type::kHistogram);
  out.sample({{"pool", "sql"}}, all.sql.waits);
  out.sample({{"pool", "pg"}}, all.pg.waits);
  out.family("tracker_database_wait_timeouts_total", "Waits for a connection that were given up.",
             Type::kCounter);
  out.sample({{"pool", "sql"}}, all.sql.timeouts.value());
  out.sample({{"pool", "pg"}}, all.pg.timeouts.value());
}

}  // namespace tracker::storage
