"""What a program that uses OpenAI's Python package sees of Loadline; see try-openai-python.ts."""

import json
import sys
import uuid

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="any")
say = lambda text: [{"role": "user", "content": text}]
city = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
failed = 0


def proof(name):
    """Runs a proof, and tells what became of it."""

    def run(check):
        global failed
        try:
            check()
            print(f"ok      {name}")
        except Exception as error:
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}")

    return run


def raised(kind, call, **facts):
    try:
        call()
    except kind as error:
        for field, value in facts.items():
            assert getattr(error, field) == value, f"{field} is {getattr(error, field)!r}, not {value!r}"
        return error
    raise AssertionError(f"no {kind.__name__}")


def chat(text="Hello", **more):
    return client.chat.completions.create(model="assistant", messages=say(text), **more)


def respond(said="Hello", **more):
    return client.responses.create(model="assistant", input=said, **more)


@proof("models are the agents")
def _():
    assert [model.id for model in client.models.list()] == ["assistant", "narrow"]
    assert client.models.retrieve("narrow").id == "narrow"


@proof("chat completions: whole, with usage")
def _():
    answer = chat("[[tokens 40]]")
    assert answer.choices[0].finish_reason == "stop" and answer.choices[0].message.content
    assert answer.usage.completion_tokens == 40
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 40
    assert answer.usage.completion_tokens_details.reasoning_tokens is not None


@proof("chat completions: streamed, with usage at the end")
def _():
    chunks = list(chat("[[tokens 40]]", stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == chat("[[tokens 40]]").choices[0].message.content
    assert chunks[-1].usage.completion_tokens == 40 and chunks[-2].choices[0].finish_reason == "stop"


@proof("chat completions: a session remembers, and its id comes back")
def _():
    named = {"Loadline-Session": f"py-{uuid.uuid4()}"}
    raw = client.chat.completions.with_raw_response.create(
        model="assistant", messages=say("I am Ann."), extra_headers=named, temperature=0.5
    )
    assert raw.headers["loadline-session"] == named["Loadline-Session"]
    assert raw.headers["loadline-ignored"] == "temperature"
    assert chat("Who am I?", extra_headers=named).usage.prompt_tokens > raw.parse().usage.prompt_tokens


@proof("chat completions: a schema binds the answer")
def _():
    kind = {"type": "json_schema", "json_schema": {"name": "place", "schema": city}}
    assert "city" in json.loads(chat("Where?", response_format=kind).choices[0].message.content)
    assert chat("[[tokens 500]]", max_tokens=20).choices[0].finish_reason == "length"


@proof("responses: whole, by the previous response, and an older one is refused")
def _():
    first = respond("I am Ann.", user="ann", metadata={"a": "b"})
    assert first.status == "completed" and first.output_text and first.metadata == {"a": "b"}
    second = respond("Who am I?", previous_response_id=first.id)
    assert second.usage.input_tokens > first.usage.input_tokens
    assert second.usage.input_tokens_details.cached_tokens is not None
    raised(
        openai.BadRequestError,
        lambda: respond("And now?", previous_response_id=first.id),
        param="previous_response_id",
    )
    assert client.responses.retrieve(second.id).output_text == second.output_text


@proof("responses: streamed, in order")
def _():
    events = list(respond("[[tokens 40]]", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == events[-1].response.output_text != ""
    with client.responses.stream(model="assistant", input="[[tokens 40]]") as stream:
        assert stream.get_final_response().usage.output_tokens == 40


@proof("responses: a conversation, and a schema")
def _():
    conversation = client.conversations.create()
    respond("I am Ann.", conversation=conversation.id)
    respond("Who am I?", conversation=conversation.id)
    items = list(client.conversations.items.list(conversation.id, order="asc"))
    assert [item.role for item in items] == ["user", "assistant", "user", "assistant"]
    text = {"format": {"type": "json_schema", "name": "place", "schema": city}}
    assert "city" in json.loads(respond("Where?", text=text).output_text)


@proof("errors: of the package's own classes")
def _():
    nobody = lambda: client.responses.create(model="nobody", input="Hello")
    raised(openai.NotFoundError, nobody, code="model_not_found")
    raised(openai.BadRequestError, lambda: chat(n=2), param="n", code="unsupported_parameter")
    long = say("All the king's horses. " * 400)
    too_long = lambda: client.chat.completions.create(model="narrow", messages=long)
    raised(openai.BadRequestError, too_long, code="context_length_exceeded")
    raised(openai.InternalServerError, lambda: chat("[[fail 400 9]]"), code="ProviderError")
    raised(openai.InternalServerError, lambda: list(respond("[[fail 400 9]]", stream=True)), code="ProviderError")
    raised(openai.NotFoundError, lambda: client.responses.retrieve("resp_none"))


@proof("errors: a budget that is spent")
def _():
    def spend():
        for _ in range(20):
            chat("[[tokens 300]]", user="bob")

    error = raised(openai.RateLimitError, spend, code="BudgetExceeded", type="insufficient_quota")
    assert int(error.response.headers["retry-after"]) > 0


print(f"openai {openai.__version__}, Python {sys.version.split()[0]}: {'all proofs hold' if failed == 0 else f'{failed} failed'}")
sys.exit(1 if failed else 0)
