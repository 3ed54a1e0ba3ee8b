package io.hunyuan4j.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A checkpoint of random weights whose chat template knows thinking and tools. */
final class ThinkingModel {
  /** How the prompt ends that lets a model think. */
  enum Opening {
    /** With nothing: the model opens its thinking itself. */
    BY_THE_MODEL(""),
    /** With the opening tag. */
    BY_THE_PROMPT("<think>\\n");

    private final String printed;

    Opening(String printed) {
      this.printed = printed;
    }
  }

  private ThinkingModel() {}

  /** Writes it into an empty folder. */
  static void create(Path folder, Opening opening) throws IOException {
    RandomCheckpoint.create(folder, 9);
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        """
        {%- for message in messages -%}
        {%- if message.role == 'system' -%}<|startoftext|>{{ message.content }}<|extra_4|>
        {%- elif message.role == 'assistant' -%}
        {{ message.content }}
        {%- for call in message.tool_calls or [] -%}
        <tool_calls>[{{ call.function | tojson }}]</tool_calls>
        {%- endfor -%}<|eos|>
        {%- elif message.role == 'tool' -%}<tool_response>{{ message.content }}</tool_response><|extra_0|>
        {%- else -%}<|startoftext|>{{ message.content }}<|extra_0|>
        {%- endif -%}
        {%- endfor -%}
        {%- if tools -%}{{ tools | tojson }} at {{ strftime_now('%H:%M:%S') }}{%- endif -%}
        {%- if enable_thinking is defined and enable_thinking is false -%}
        {{- '<think>\\n\\n</think>\\n' -}}
        {%- else -%}
        {{- 'OPENING' -}}
        {%- endif -%}
        """
            .replace("OPENING", opening.printed));
  }
}
