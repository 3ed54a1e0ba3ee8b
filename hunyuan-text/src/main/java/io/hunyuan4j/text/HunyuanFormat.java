package io.hunyuan4j.text;

import io.hunyuan4j.text.template.Template;

/**
 * Hunyuan's two formats of a conversation, for checkpoints without a template of their own. Our own
 * wording of what the published templates come to. Where those fail, on an empty first message,
 * these do too; the instructions that A13B's prints before tools are Tencent's and not in here.
 */
enum HunyuanFormat {
  /** That of Hunyuan-Large, which ignores tools. */
  LARGE(
      """
      {% for message in messages %}
          {% set content = message['content'] %}
          {% if loop.first and content == '' %}
              {{- raise_exception('the content of the first message is empty, which the format of Hunyuan-Large does not allow') -}}
          {% endif %}
          {% if message['role'] == 'system' and loop.first %}
              {{- '<|startoftext|>' + content + '<|extra_4|>' -}}
          {% elif message['role'] == 'user' and loop.index == 2 %}
              {{- content + '<|extra_0|>' -}}
          {% elif message['role'] == 'user' %}
              {{- '<|startoftext|>' + content + '<|extra_0|>' -}}
          {% elif message['role'] == 'assistant' %}
              {{- content + '<|eos|>' -}}
          {% else %}
              {{- content -}}
          {% endif %}
      {% endfor %}
      """),

  /** That of Hunyuan-A13B and the dense models. */
  A13B(
      """
      {% if tools %}
          {{- raise_exception('tools need the chat template that the checkpoint was published with, and there is none') -}}
      {% endif %}
      {% for message in messages %}
          {% set content = message['content'] if 'content' in message else '' %}
          {% if loop.first and content == '' %}
              {{- raise_exception('the content of the first message is empty, which the format of Hunyuan-A13B does not allow') -}}
          {% endif %}
          {% if message['role'] == 'system' and loop.first %}
              {{- '<|startoftext|>' + content + '<|extra_4|>' -}}
          {% elif message['role'] == 'tool' or (message['role'] == 'user' and loop.index == 2) %}
              {{- content + '<|extra_0|>' -}}
          {% elif message['role'] == 'user' %}
              {{- '<|startoftext|>' + content + '<|extra_0|>' -}}
          {% elif message['role'] == 'assistant' %}
              {{- content + '<|eos|>' -}}
          {% else %}
              {{- content -}}
          {% endif %}
      {% endfor %}
      {% if enable_thinking is defined and enable_thinking is false %}
          {{- '<think>\\n\\n</think>\\n' -}}
      {% endif %}
      """);

  private final String source;

  HunyuanFormat(String source) {
    this.source = source;
  }

  Template template() {
    return Template.parse(source);
  }
}
