#pragma once

#include <string>
#include <vector>

#include "trainer/weights/pickles.hpp"

// Zip files made by hand, record by record.
namespace trainer::weights::test {

struct ZipRecord {
  std::string name = "r/a";
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t size = 0;
  std::uint32_t header = 0;  // where the member's own header is
  std::string extra = {};
};

inline std::string local_header(const ZipRecord& r) {
  return little(std::uint32_t{0x04034b50}) + little(std::uint16_t{20}) + little(r.flags) +
         little(r.method) + std::string(8, '\0') + little(r.size) + little(r.size) +
         little(static_cast<std::uint16_t>(r.name.size())) + little(std::uint16_t{0}) + r.name;
}
inline std::string central_header(const ZipRecord& r) {
  return little(std::uint32_t{0x02014b50}) + std::string(4, '\0') + little(r.flags) +
         little(r.method) + std::string(8, '\0') + little(r.size) + little(r.size) +
         little(static_cast<std::uint16_t>(r.name.size())) +
         little(static_cast<std::uint16_t>(r.extra.size())) + std::string(10, '\0') +
         little(r.header) + r.name + r.extra;
}
inline std::string end_record(std::size_t begin, std::size_t size) {
  return little(std::uint32_t{0x06054b50}) + std::string(8, '\0') +
         little(static_cast<std::uint32_t>(size)) + little(static_cast<std::uint32_t>(begin)) +
         std::string(2, '\0');
}

struct ZipMember {
  std::string name;
  std::string data;
};
inline std::string zip_of(const std::vector<ZipMember>& members) {
  std::string file;
  std::string directory;
  for (const ZipMember& member : members) {
    const ZipRecord record{.name = member.name,
                           .size = static_cast<std::uint32_t>(member.data.size()),
                           .header = static_cast<std::uint32_t>(file.size())};
    file += local_header(record) + member.data;
    directory += central_header(record);
  }
  return file + directory + end_record(file.size(), directory.size());
}

}  // namespace trainer::weights::test
