#include "hub/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::read_file;
using test_support::TempDirectory;
using test_support::write_file;
using testing::HasSubstr;

std::map<std::string, std::string> unpacked(const std::filesystem::path& file) {
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), &archive_read_free);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  EXPECT_EQ(archive_read_open_filename(reader.get(), file.c_str(), 1U << 16U), ARCHIVE_OK);
  std::map<std::string, std::string> members;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    EXPECT_EQ(archive_read_data(reader.get(), content.data(), content.size()),
              static_cast<la_ssize_t>(content.size()));
    EXPECT_EQ(archive_entry_mtime(entry), 0);
    members[archive_entry_pathname(entry)] = content;
  }
  return members;
}

// Member names in the order of the archive.
std::vector<std::string> names_in(const std::filesystem::path& file) {
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), &archive_read_free);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  EXPECT_EQ(archive_read_open_filename(reader.get(), file.c_str(), 1U << 16U), ARCHIVE_OK);
  std::vector<std::string> names;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    names.emplace_back(archive_entry_pathname(entry));
  }
  return names;
}

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() {
    write_file(model() / "model.safetensors", noise(3'000'000));
    write_file(model() / "config.json", "{}");
    write_file(model() / "sub" / "a.txt", "a");
    write_file(folder_.path() / "blob", "linked");
    std::filesystem::create_symlink("../blob", model() / "vocab.txt");
  }
  std::filesystem::path model() const { return folder_.path() / "model"; }
  std::filesystem::path packed() const { return folder_.path() / "model.tar.gz"; }
  TempDirectory folder_;
};

TEST_F(ArchiveTest, all_files_are_packed_with_what_links_lead_to) {
  write_tar_gz(model(), packed(), "out");
  EXPECT_EQ(unpacked(packed()),
            (std::map<std::string, std::string>{{"out/config.json", "{}"},
                                                {"out/model.safetensors", noise(3'000'000)},
                                                {"out/sub/a.txt", "a"},
                                                {"out/vocab.txt", "linked"}}));
  write_tar_gz(model(), packed(), "");
  EXPECT_TRUE(unpacked(packed()).contains("config.json"));
}

TEST_F(ArchiveTest, the_bytes_say_nothing_of_when_and_where_they_were_packed) {
  write_tar_gz(model(), packed(), "out");
  const std::string first = read_file(packed());
  EXPECT_EQ(first.substr(4, 4), std::string(4, '\0')) << "gzip's own time";
  std::filesystem::last_write_time(
      model() / "config.json",
      std::filesystem::file_time_type::clock::now() + std::chrono::hours(48));
  write_tar_gz(model(), packed(), "out");
  EXPECT_EQ(read_file(packed()), first);
  const auto names = names_in(packed());
  EXPECT_EQ(names.size(), 4U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(ArchiveTest, an_archive_inside_its_own_folder_is_left_out) {
  const auto inside = model() / "model.tar.gz";
  write_tar_gz(model(), inside, "out");
  write_tar_gz(model(), inside, "out");
  EXPECT_EQ(unpacked(inside).size(), 4U);
}

TEST_F(ArchiveTest, what_cannot_be_packed_is_named_and_nothing_stays) {
  ASSERT_EQ(mkfifo((model() / "pipe").c_str(), 0600), 0);
  try {
    write_tar_gz(model(), packed(), "out");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("pipe: neither a file nor a folder"));
  }
  EXPECT_FALSE(std::filesystem::exists(packed()));
  EXPECT_THROW(write_tar_gz(folder_.path() / "none", packed(), ""), Error);
  EXPECT_THROW(write_tar_gz(model(), folder_.path() / "no" / "a.tar.gz", ""), Error);
}

}  // namespace
}  // namespace trainer::hub
