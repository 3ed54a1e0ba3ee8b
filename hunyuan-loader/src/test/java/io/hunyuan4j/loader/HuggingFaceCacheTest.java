package io.hunyuan4j.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of links loads where huggingface_hub made it, and nowhere else. */
final class HuggingFaceCacheTest {
  @TempDir Path hub;

  private Path sound;

  @BeforeEach
  void writeSoundFiles() throws IOException {
    sound = Files.createDirectory(hub.resolve("sound"));
    TinyCheckpoint.sharded(sound);
  }

  @Test
  void followsASnapshotIntoItsBlobs() throws IOException {
    Path snapshot =
        link(
            hub.resolve("models--tencent--tiny/snapshots/abc123"),
            "../../blobs",
            "models--tencent--tiny");
    try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
      assertEquals(
          List.of("a.weight", "b", "c"),
          checkpoint.tensors().stream().map(TensorEntry::name).toList());
      // Messages call a file by its name, not by the blob's.
      assertEquals(
          snapshot.resolve(TinyCheckpoint.SHARD_1), checkpoint.tensors().getFirst().file());
      assertEquals(
          Optional.of(hub.toRealPath().resolve("models--tencent--tiny/blobs/1")),
          checkpoint.file("config.json"));
      assertEquals(Optional.empty(), checkpoint.file("tokenizer.json"));
    }
  }

  @Test
  void followsASnapshotsSubfolderIntoItsBlobs() throws IOException {
    Path folder =
        link(
            hub.resolve("models--tencent--tiny/snapshots/abc123/sub"),
            "../../../blobs",
            "models--tencent--tiny");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(3, checkpoint.tensors().size());
    }
  }

  @Test
  void refusesTheBlobsOfAnotherModel() throws IOException {
    Path snapshot =
        link(
            hub.resolve("models--tencent--tiny/snapshots/abc123"),
            "../../../models--other/blobs",
            "models--other");
    assertRefused(snapshot);
  }

  @Test
  void refusesAFolderThatOnlyLooksLikeASnapshot() throws IOException {
    assertRefused(link(hub.resolve("models/snapshots/abc123"), "../../blobs", "models"));
    assertRefused(link(hub.resolve("models--a/abc123"), "../blobs", "models--a"));
    assertRefused(link(hub.resolve("models--b/snapshots"), "../blobs", "models--b"));
  }

  @Test
  void refusesBlobsThatLeadElsewhere() throws IOException {
    Path snapshot = link(hub.resolve("models--x/snapshots/abc"), "../../blobs", "models--x");
    Files.move(hub.resolve("models--x/blobs"), hub.resolve("elsewhere"));
    Files.createSymbolicLink(hub.resolve("models--x/blobs"), hub.resolve("elsewhere"));
    assertRefused(snapshot);
  }

  @Test
  void opensAFolderThroughLinksToIt() throws IOException {
    Path alias = Files.createSymbolicLink(hub.resolve("alias"), sound);
    try (Checkpoint checkpoint = Checkpoint.open(alias)) {
      assertEquals(alias, checkpoint.folder());
      assertEquals(3, checkpoint.tensors().size());
    }
  }

  @Test
  void followsALinkInsideTheFolder() throws IOException {
    Files.move(sound.resolve(TinyCheckpoint.SHARD_2), sound.resolve("stored"));
    Files.createSymbolicLink(sound.resolve(TinyCheckpoint.SHARD_2), Path.of("stored"));
    try (Checkpoint checkpoint = Checkpoint.open(sound)) {
      assertEquals("c", checkpoint.tensors().getLast().name());
    }
  }

  /**
   * Makes {@code folder} hold links to copies of the sound files, which go to the blobs of {@code
   * owner} under other names.
   */
  private Path link(Path folder, String toBlobs, String owner) throws IOException {
    Path blobs = Files.createDirectories(hub.resolve(owner).resolve("blobs"));
    Files.createDirectories(folder);
    int count = 0;
    for (String name :
        List.of(
            "config.json", TinyCheckpoint.INDEX, TinyCheckpoint.SHARD_1, TinyCheckpoint.SHARD_2)) {
      String blob = Integer.toString(++count);
      Files.copy(sound.resolve(name), blobs.resolve(blob));
      Files.createSymbolicLink(folder.resolve(name), Path.of(toBlobs, blob));
    }
    return folder;
  }

  private static void assertRefused(Path folder) {
    CheckpointFormatException e =
        assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(folder).close());
    assertEquals(folder.resolve("config.json"), e.path());
    assertTrue(e.reason().contains("found a link to "), e.reason());
  }
}
