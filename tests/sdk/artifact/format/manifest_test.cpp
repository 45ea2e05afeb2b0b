#include "artifact/manifest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <tracker/error.hpp>

#include "base/bytes.hpp"

namespace tracker::artifact {
namespace {

ChunkRef chunk(const std::string& data) {
  return {sha256(data), static_cast<std::uint32_t>(data.size())};
}

void add_small(ManifestWriter& writer, std::string_view path, const std::string& data) {
  writer.add_file(path, sha256(data),
                  data.empty() ? std::vector<ChunkRef>{} : std::vector{chunk(data)});
}

std::string small_manifest() {
  ManifestWriter writer;
  add_small(writer, "a", "one");
  writer.add_file("b/c", sha256("onetwo"), {chunk("one"), chunk("two")});
  add_small(writer, "empty", "");
  writer.add_reference("r", 7, "etag:x", "s3://bucket/key");
  writer.add_reference("s", std::nullopt, "", "https://example.org/");
  return writer.finish();
}

// Of a manifest whose body was written by hand.
std::string refusal(const std::string& manifest) {
  try {
    contents_of(manifest);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "";
}

std::string entry(std::string_view path, std::uint64_t size, const Sha256& whole,
                  const std::vector<ChunkRef>& chunks, std::uint8_t kind = 1) {
  std::string out;
  base::put(out, kind);
  base::put(out, static_cast<std::uint16_t>(path.size()));
  out += path;
  base::put(out, size);
  out += whole.raw();
  base::put(out, static_cast<std::uint32_t>(chunks.size()));
  for (const auto& each : chunks) {
    out += each.sha256.raw();
    base::put(out, each.size);
  }
  return out;
}

std::string manifest_of(const std::vector<std::string>& entries) {
  std::string out = "TRKMAN1\n";
  base::put(out, static_cast<std::uint32_t>(entries.size()));
  for (const auto& each : entries) out += each;
  return out;
}

std::string small_entry(std::string_view path) {
  return entry(path, 3, sha256("one"), {chunk("one")});
}

TEST(ArtifactManifest, ReadsWhatWasWritten) {
  const std::string bytes = small_manifest();
  ManifestReader reader(bytes);
  EXPECT_EQ(reader.entries(), 5u);
  const auto a = reader.next(), c = reader.next(), empty = reader.next(), r = reader.next(),
             s = reader.next();
  EXPECT_EQ(a->path, "a");
  EXPECT_EQ(a->sha256, sha256("one"));
  EXPECT_EQ(c->path, "b/c");
  EXPECT_EQ(c->size, 6u);
  ASSERT_EQ(c->chunks.size(), 2u);
  EXPECT_EQ(c->chunks[1], chunk("two"));
  EXPECT_EQ(empty->size, 0u);
  EXPECT_EQ(r->kind, EntryKind::kReference);
  EXPECT_EQ(r->size, 7u);
  EXPECT_EQ(r->checksum, "etag:x");
  EXPECT_EQ(r->url, "s3://bucket/key");
  EXPECT_FALSE(s->size);
  EXPECT_FALSE(reader.next());
}

TEST(ArtifactManifest, ContentsHaveEachChunkOnce) {
  const Contents contents = contents_of(small_manifest());
  EXPECT_EQ(contents.files, 3u);
  EXPECT_EQ(contents.references, 2u);
  EXPECT_EQ(contents.size_bytes, 9u);
  ASSERT_EQ(contents.chunks.size(), 2u);
  EXPECT_LT(contents.chunks[0].sha256, contents.chunks[1].sha256);
}

// The bytes of this manifest are for ever: digests of versions hang on them. (This one was computed
// from the page by a program in another language.)
TEST(ArtifactManifest, BytesAreCanonical) {
  EXPECT_EQ(sha256(small_manifest()).hex(),
            "ef2dde4c5574d4863958364cf6044bdd31b8a08bb58be9aabfcbde4818f23f67");
  EXPECT_EQ(ManifestWriter().finish(), std::string("TRKMAN1\n\0\0\0\0", 12));
}

TEST(ArtifactManifest, RefusesWhatIsNotWhole) {
  const std::string bytes = small_manifest();
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_NE(refusal(bytes.substr(0, n)), "") << n;
  EXPECT_NE(refusal(bytes + "x"), "");
  std::string many = "TRKMAN1\n";
  base::put(many, std::uint32_t{1'000'000});
  EXPECT_NE(refusal(many).find("announces"), std::string::npos);
  EXPECT_NE(refusal(std::string(kMostManifestBytes + 1, 'x')).find("64 MiB"), std::string::npos);
}

TEST(ArtifactManifest, RefusesEntriesThatBreakARule) {
  const auto one = chunk("one");
  const std::pair<std::string, const char*> cases[] = {
      {manifest_of({small_entry("b"), small_entry("a")}), "does not come after"},
      {manifest_of({small_entry("a"), small_entry("a")}), "does not come after"},
      {manifest_of({small_entry("../a")}), "'..'"},
      {manifest_of({entry("a", 4, sha256("one"), {one})}), "add up"},
      {manifest_of({entry("a", 0, sha256("x"), {})}), "no bytes"},
      {manifest_of({entry("a", 3, sha256("x"), {one})}), "only chunk"},
      {manifest_of({entry("a", 0, sha256(""), {{sha256(""), 0}})}), "1 byte to 4 MiB"},
      {manifest_of(
           {entry("a", kMostChunkBytes + 1, one.sha256, {{one.sha256, kMostChunkBytes + 1}})}),
       "1 byte to 4 MiB"},
      {manifest_of({entry("a", 3, sha256("one"), {one}, 3)}), "kind"},
      {manifest_of({entry("a", 7, sha256("x"), {one, {one.sha256, 4}})}), "two sizes"},
  };
  for (const auto& [manifest, words] : cases)
    EXPECT_NE(refusal(manifest).find(words), std::string::npos)
        << words << ": " << refusal(manifest);
}

TEST(ArtifactManifest, RefusesAFileThatIsAFolderOfAnother) {
  const auto with = [](const std::vector<std::string>& paths) {
    std::vector<std::string> entries;
    for (const auto& path : paths) entries.push_back(small_entry(path));
    return refusal(manifest_of(entries));
  };
  EXPECT_NE(with({"a", "a/b"}).find("which is a file"), std::string::npos);
  EXPECT_NE(with({"a", "a-", "a.b", "a.b.c", "a/b"}).find("'a'"), std::string::npos);
  EXPECT_NE(with({"a/b", "a/b.txt", "a/b/c/d"}).find("'a/b'"), std::string::npos);
  EXPECT_EQ(with({"a", "a-/b", "a.b/c", "ab/c", "b"}), "");
}

TEST(ArtifactManifest, TheWriterRefusesTheSame) {
  ManifestWriter writer;
  EXPECT_THROW(add_small(writer, "/a", "one"), Error);
  EXPECT_THROW(writer.add_reference("a", 1, "x", "s3://b/k"), Error);
  EXPECT_THROW(writer.add_reference("a", 1, "", "ftp://b/k"), Error);
  add_small(writer, "b", "one");
  add_small(writer, "a", "two");
  EXPECT_THROW(writer.finish(), Error);
  add_small(writer, "a", "two");
  EXPECT_EQ(contents_of(writer.finish()).files, 1u);
}

}  // namespace
}  // namespace tracker::artifact
