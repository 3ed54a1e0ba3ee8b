package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.CheckpointFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code generation_config.json} says about drawing tokens, of a vocabulary of 50. */
class GenerationDefaultsTest {
  @TempDir Path folder;

  private GenerationDefaults read(String json) throws IOException {
    for (String file : List.of("config.json", "model.safetensors")) {
      if (!Files.exists(folder.resolve(file))) {
        Files.copy(Models.folder().resolve("golden/dense-v1").resolve(file), folder.resolve(file));
      }
    }
    Files.writeString(folder.resolve("generation_config.json"), json);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return GenerationDefaults.read(checkpoint, 50);
    }
  }

  @Test
  void everySettingOfTheFile_isTaken() throws IOException {
    GenerationDefaults defaults =
        read(
            """
            {"do_sample": true, "temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.05,
             "typical_p": 0.9, "repetition_penalty": 1.05, "frequency_penalty": 0.25,
             "presence_penalty": -0.5, "suppress_tokens": [3, 49], "max_new_tokens": 7,
             "eos_token_id": [1, 2]}
            """);
    assertEquals(
        SamplingOptions.builder()
            .bannedTokens(Set.of(3, 49))
            .repetitionPenalty(1.05)
            .frequencyPenalty(0.25)
            .presencePenalty(-0.5)
            .temperature(0.7)
            .topK(20)
            .topP(0.8)
            .minP(0.05)
            .typicalP(0.9)
            .build(),
        defaults.options().sampling());
    assertEquals(7, defaults.options().maxTokens());
    assertEquals(Set.of(1, 2), defaults.stopTokens());
  }

  @Test
  void fileThatSaysLittle_isGreedyAndLeavesTheRestOff() throws IOException {
    assertEquals(
        SamplingOptions.greedy(),
        read("{\"temperature\": 0.7, \"suppress_tokens\": null, \"top_k\": -1}")
            .options()
            .sampling());
  }

  @Test
  void impossibleSettings_areRefusedWithTheFile() {
    for (String json :
        List.of(
            "{\"typical_p\": 0}",
            "{\"repetition_penalty\": -1}",
            "{\"suppress_tokens\": [-1]}",
            "{\"suppress_tokens\": [50]}",
            "{\"presence_penalty\": \"much\"}")) {
      String message =
          assertThrows(CheckpointFormatException.class, () -> read(json), json).toString();
      assertTrue(message.contains(": generation_config.json: "), message);
    }
  }
}
