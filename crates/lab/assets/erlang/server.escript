#!/usr/bin/env escript
%% A server on Erlang's own TLS. Arguments: address, port, chain, key, and "usual" or "everything": TLS 1.0 to 1.2 with all
%% suites that it knows, those of PSK, SRP and nobody's certificate among them.
-mode(compile).

main([Address, Port, Chain, Key, Wanted]) ->
    {ok, _} = application:ensure_all_started(ssl),
    {ok, Ip} = inet:parse_address(Address),
    Usual = [{ip, Ip}, {reuseaddr, true}, {backlog, 128}, {active, false}, {log_level, none}, {certfile, Chain}, {keyfile, Key}],
    {ok, Listening} = ssl:listen(list_to_integer(Port), more(Wanted) ++ Usual),
    spawn(fun() -> try_out(Ip, list_to_integer(Port)) end),
    accept(Listening).

%% What a handshake needs is loaded with the first one.
try_out(Ip, Port) ->
    {ok, Session} = ssl:connect(Ip, Port, [{verify, verify_none}], 60000),
    ssl:close(Session),
    io:format("it shakes hands~n").

more("usual") -> [];
more("everything") ->
    Suites = [ssl:cipher_suites(Kind, 'tlsv1.2') || Kind <- [all, anonymous]],
    [{versions, [tlsv1, 'tlsv1.1', 'tlsv1.2']}, {ciphers, lists:usort(lists:append(Suites))}, {user_lookup_fun, {fun user/3, []}}].

user(psk, _Name, _) -> {ok, <<"a key that both sides know">>};
user(srp, Name, _) ->
    Salt = crypto:strong_rand_bytes(16),
    {ok, {srp_2048, Salt, crypto:hash(sha, [Salt, crypto:hash(sha, [Name, $:, <<"word">>])])}}.

accept(Listening) ->
    {ok, Line} = ssl:transport_accept(Listening),
    Server = spawn(fun() -> receive go -> serve(Line) end end),
    ok = ssl:controlling_process(Line, Server),
    Server ! go,
    accept(Listening).

serve(Line) ->
    Page = lists:duplicate(120, <<"<p>A page of the lab.</p>">>),
    Head = io_lib:format("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ~b\r\nConnection: close\r\n\r\n", [iolist_size(Page)]),
    case ssl:handshake(Line, 60000) of
        {ok, Session} ->
            case ssl:recv(Session, 0, 60000) of
                {ok, _} -> ssl:send(Session, [Head, Page]);
                _ -> gone
            end,
            ssl:close(Session);
        _ -> gone
    end.
