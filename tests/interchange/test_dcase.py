"""Tables with and without headers, few-shot ones, and tables that look alike."""

from foreign_rows import imported, plain


def test_few_shot_tables_label_by_column_and_names_may_begin_with_a_hash(tmp_path) -> None:
    text = (
        "Audiofilename,Starttime,Endtime,Q,R\n#1.wav,0.5,1.5,POS,NEG\n#1.wav,2,3,UNK,NEG\n"
        "#1.wav,4,5,POS,POS\n#1.wav,6,7,NEG,NEG\n"
    )
    found = imported(tmp_path, text)
    assert found.format == "dcase"
    assert plain(found) == [(0.5, 1.5, "Q"), (4.0, 5.0, "Q"), (4.0, 5.0, "R")]
    assert {r.source for r in found.rows} == {"#1.wav"}
    assert [(u.where, u.reason) for u in found.unused] == [
        ("line 3", "of an unknown class"),
        ("line 5", "no class is marked POS"),
    ]


def test_a_header_in_any_order_and_a_clip_in_which_nothing_is(tmp_path) -> None:
    text = "onset\toffset\tevent_label\tfilename\n1\t2,5\tDog\ta.wav\n\t\t\tb.wav\n"
    found = imported(tmp_path, text)
    assert plain(found) == [(1.0, 2.5, "Dog")]
    assert found.silent == ("b.wav",)


def test_ids_of_audioset_are_no_files(tmp_path) -> None:
    found = imported(tmp_path, "/m/01\t0.1\t2\tTrain, horn\n/t/dd1\t1\t2\tCar")
    assert plain(found) == [(0.1, 2.0, "Train, horn"), (1.0, 2.0, "Car")]
    assert {r.source for r in found.rows} == {None}


def test_tables_that_look_alike_are_told_apart(tmp_path) -> None:
    alike = {
        "0.5\t1\tDog\n": "audacity",
        "a.wav\t0.5\t1\tDog\n": "dcase",
        "a.wav\tstreet\t0.5\t1\tDog\n": "dcase",
        "start,end,label\n0.5,1,Dog\n": "dcase",
        "0.5\t1\tDog\t0.75\n": "audacity",
        "IN FILE,OFFSET,DURATION,common_name,confidence\na.wav,0.5,0.5,Dog,1\n": "birdnet",
        "0.5,1,Dog\n": "losslesscut",
        "SPEAKER a 1 0.5 0.5 <NA> <NA> Dog <NA> <NA>\n": "rttm",
        "Selection\tBegin Time (s)\tEnd Time (s)\tAnnotation\n1\t0.5\t1\tDog\n": "raven",
        "Start (s),End (s),Scientific name,Common name,Confidence\n0.5,1,C l,Dog,0.5\n": "birdnet",
        "filename\ttrack\tonset\toffset\tevent_label\na\taudio\t0.5\t1\tDog\n": "tsv",
        "source,track,label,start_s,end_s,score\na.mp4,audio,Dog,0.5,1,\n": "csv",
    }
    for text, name in alike.items():
        found = imported(tmp_path, text)
        assert (found.format, plain(found)) == (name, [(0.5, 1.0, "Dog")])


def test_headers_in_other_words_and_what_they_do_not_say(tmp_path) -> None:
    alike = {
        "segment_id\tstart_time_seconds\tend_time_seconds\tlabel\na_30000\t0.5\t1\tDog\n": "dcase",
        "file_name,start_time,duration,label\na.wav,0.5,0.5,Dog\n": "dcase",
        "Audiofilename,Starttime,Endtime\na.wav,0.5,1\n": "dcase",
        "0.5 1.0 Dog\n": "audacity",
        "a.wav 0.5 1.0 Dog\n": "dcase",
        "00:00:00.500\t00:00:01.000\tDog\n": "losslesscut",
        "IN FILE,OFFSET,DURATION,TOP1MATCH,MANUAL ID\na.wav,0.5,0.5,Dog,\n": "birdnet",
        "Begin Time (s)\tEnd Time (s)\tspecies_code\tQuality\n0.5\t1\tDog\tgood\n": "raven",
    }
    for text, name in alike.items():
        found = imported(tmp_path, text)
        label = found.rows[0].label if "Audiofilename" in text else "Dog"
        assert (found.format, plain(found)) == (name, [(0.5, 1.0, label)]), text
    clock = "Begin Time (s)\tEnd Time (s)\tEnd File\tBegin Clock Time\n0.5\t1\ta.wav\t12:00:00\n"
    assert plain(imported(tmp_path, clock)) == [(0.5, 1.0, "selection")]
    weak = imported(tmp_path, "filename\tevent_labels\na.wav\tDog\n")
    assert [u.where for u in weak.unused] == ["line 2"]


def test_a_label_between_blanks_may_hold_some(tmp_path) -> None:
    assert plain(imported(tmp_path, "a.wav 1.0 2.0 Dog bark\n")) == [(1.0, 2.0, "Dog bark")]
