#include <bit>

#include "storage/pg.hpp"

// Parameters in PostgreSQL's binary format, as its *recv functions read them.
namespace tracker::storage {
namespace {

// Type numbers are fixed by PostgreSQL's catalogue (pg_type.dat).
enum Oid_ : unsigned {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kFloat8 = 701,
  kUuid = 2950,
  kBoolArray = 1000,
  kByteaArray = 1001,
  kInt4Array = 1007,
  kTextArray = 1009,
  kInt8Array = 1016,
  kFloat8Array = 1022,
  kUuidArray = 2951,
};

template <class Unsigned>
void put(std::string& out, Unsigned v) {
  for (int shift = static_cast<int>(sizeof v) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(v >> shift));
}

}  // namespace

std::string& PgParams::next(unsigned type) {
  types_.push_back(type);
  nulls_.push_back(false);
  return values_.emplace_back();
}

std::string& PgParams::next_array(unsigned type, unsigned element_type, std::size_t count) {
  std::string& out = next(type);
  put<std::uint32_t>(out, count == 0 ? 0 : 1);  // dimensions
  put<std::uint32_t>(out, 0);                   // no nulls
  put<std::uint32_t>(out, element_type);
  if (count == 0) return out;
  put<std::uint32_t>(out, static_cast<std::uint32_t>(count));
  put<std::uint32_t>(out, 1);  // lower bound
  return out;
}

PgParams& PgParams::bigint(std::int64_t value) {
  put<std::uint64_t>(next(kInt8), static_cast<std::uint64_t>(value));
  return *this;
}
PgParams& PgParams::null_bigint() {
  next(kInt8);
  nulls_.back() = true;
  return *this;
}
PgParams& PgParams::smallint(std::int16_t value) {
  put<std::uint16_t>(next(kInt2), static_cast<std::uint16_t>(value));
  return *this;
}
PgParams& PgParams::integer(std::int32_t value) {
  put<std::uint32_t>(next(kInt4), static_cast<std::uint32_t>(value));
  return *this;
}
PgParams& PgParams::uuid(std::span<const std::uint8_t, 16> value) {
  next(kUuid).assign(reinterpret_cast<const char*>(value.data()), value.size());
  return *this;
}
PgParams& PgParams::boolean(std::uint8_t value) {
  next(kBool).push_back(static_cast<char>(value));
  return *this;
}
PgParams& PgParams::text(std::string_view value) {
  next(kText) = value;
  return *this;
}
PgParams& PgParams::bytea(std::string_view value) {
  next(kBytea) = value;
  return *this;
}

PgParams& PgParams::uuids(std::span<const core::RunId> values) {
  std::string& out = next_array(kUuidArray, kUuid, values.size());
  for (const core::RunId& id : values) {
    const auto& bytes = id.uuid().bytes;
    put<std::uint32_t>(out, static_cast<std::uint32_t>(bytes.size()));
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return *this;
}
PgParams& PgParams::bigints(std::span<const std::int64_t> values) {
  std::string& out = next_array(kInt8Array, kInt8, values.size());
  for (const std::int64_t v : values) {
    put<std::uint32_t>(out, 8);
    put<std::uint64_t>(out, static_cast<std::uint64_t>(v));
  }
  return *this;
}
PgParams& PgParams::integers(std::span<const std::int32_t> values) {
  std::string& out = next_array(kInt4Array, kInt4, values.size());
  for (const std::int32_t v : values) {
    put<std::uint32_t>(out, 4);
    put<std::uint32_t>(out, static_cast<std::uint32_t>(v));
  }
  return *this;
}
PgParams& PgParams::float8s(std::span<const double> values) {
  std::string& out = next_array(kFloat8Array, kFloat8, values.size());
  for (const double v : values) {
    put<std::uint32_t>(out, 8);
    put<std::uint64_t>(out, std::bit_cast<std::uint64_t>(v));
  }
  return *this;
}
PgParams& PgParams::booleans(std::span<const std::uint8_t> values) {
  std::string& out = next_array(kBoolArray, kBool, values.size());
  for (const std::uint8_t v : values) {
    put<std::uint32_t>(out, 1);
    out.push_back(static_cast<char>(v));
  }
  return *this;
}
PgParams& PgParams::texts(std::span<const std::string> values) {
  std::string& out = next_array(kTextArray, kText, values.size());
  for (const std::string& v : values) {
    put<std::uint32_t>(out, static_cast<std::uint32_t>(v.size()));
    out += v;
  }
  return *this;
}
PgParams& PgParams::byteas(std::span<const std::string_view> values) {
  std::size_t size = 20;
  for (const std::string_view v : values) size += 4 + v.size();
  std::string& out = next_array(kByteaArray, kBytea, values.size());
  out.reserve(size);
  for (const std::string_view v : values) {
    put<std::uint32_t>(out, static_cast<std::uint32_t>(v.size()));
    out += v;
  }
  return *this;
}

PgParams& PgParams::uuids(std::span<const core::Uuid> values) {
  std::string& out = next_array(kUuidArray, kUuid, values.size());
  for (const core::Uuid& v : values) {
    put<std::uint32_t>(out, static_cast<std::uint32_t>(v.bytes.size()));
    out.append(reinterpret_cast<const char*>(v.bytes.data()), v.bytes.size());
  }
  return *this;
}

}  // namespace tracker::storage
